"""Plant a fault in a module while it is imported; nothing on disk is changed."""

from importlib.machinery import PathFinder, SourceFileLoader


class Planted(SourceFileLoader):
    """Loads a source file with one place of it changed, past the cache of compiled modules."""

    def __init__(self, name, path, text, wrong):
        super().__init__(name, path)
        self.text, self.wrong = text, wrong

    def get_code(self, fullname):
        source = self.get_source(fullname)
        if source.count(self.text) != 1:
            raise ImportError(f"{self.path} has {self.text!r} not once, but {source.count(self.text)} times")
        return compile(source.replace(self.text, self.wrong), self.path, "exec", dont_inherit=True)


class Finder:
    """Finds the one module that is changed, and leaves all others to Python."""

    def __init__(self, module, text, wrong):
        self.module, self.text, self.wrong = module, text, wrong

    def find_spec(self, name, path=None, target=None):
        if name != self.module:
            return None
        spec = PathFinder.find_spec(name, path)
        spec.loader = Planted(name, spec.origin, self.text, self.wrong)
        return spec
