"""The ports, fulfilled with AWS and OpenCV. Clients come in through constructors; `bootstrap` makes them."""
