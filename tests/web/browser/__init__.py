"""The page as people meet it, in Chromium. A package, so that the browser ends with the last of these tests."""
