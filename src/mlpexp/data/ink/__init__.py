"""From the photo of one written figure to the picture that networks of handwritten sets expect."""
