"""The six back-office services and the building blocks they share."""
