"""`make hub`: the course for a class, on one server, each student under an account of their own."""
