"""The operators' command, `heatshield events`: it asks the ops desk of every service, through the gateway."""
