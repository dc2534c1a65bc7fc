"""The schema, the routes and the JSON, held beside the official clients' own."""
