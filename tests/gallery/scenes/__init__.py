"""What makes the rows of the gallery's pages: each function a team with people and things in the states to be seen."""
