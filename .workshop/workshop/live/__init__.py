"""The course in a browser tab: JupyterLite, with Python compiled to WebAssembly by Pyodide."""
