"""What networks are fed: arrays in memory, images in files, corruptions of them."""
