"""One endpoint a file, without its HTTP: values in, values out."""
