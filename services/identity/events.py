"""Identity tells nobody anything by events: what has ended is asked for, so that it is known within seconds anyway."""
