# As much of Werkzeug as the app uses.
