"""The ops desk of every service: how its events stand, where one is, and sending or applying them again."""
