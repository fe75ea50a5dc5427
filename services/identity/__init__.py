"""Identity: who may sign in, what their tokens become inside, and how a sign-in ends."""
