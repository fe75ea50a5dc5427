"""Private PostgreSQL and RabbitMQ servers on loopback, for the demo and the tests. Never for production."""
