"""MESH, the NHS message exchange: a mailbox that is written to and looked into."""
