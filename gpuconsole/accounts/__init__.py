"""Users, teams, memberships, invitations, API tokens and signing in."""
