"""The data sets that fairtune knows by name, a module each, and their readers."""
