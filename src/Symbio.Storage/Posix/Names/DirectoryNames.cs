using Symbio.Protocol.Fscc;

namespace Symbio.Storage.Posix;

/// <summary>Which directory: device and inode.</summary>
internal readonly record struct DirectoryKey(ulong Device, ulong Inode);

/// <summary>
/// The names in one directory, found without regard to case. One string per name: its spelling is kept as the key, and
/// further spellings (names that differ only by case, rare) hang on it.
/// </summary>
internal sealed class DirectoryNames
{
    private readonly Dictionary<string, string[]?> _names;

    public DirectoryNames(List<string> names)
    {
        _names = new Dictionary<string, string[]?>(names.Count, NameComparer.Instance);
        foreach (string name in names)
            Add(name);
    }

    public int Count { get; private set; }

    /// <summary>The spelling on disk of a name: the exact one when it is there, else any. Null: no such name.</summary>
    public string? Find(string name)
    {
        if (!_names.TryGetValue(name, out var others))
            return null;
        if (others is not null && Array.IndexOf(others, name) >= 0)
            return name;
        return Spelling(name);
    }

    /// <summary>Adding a name that is there changes nothing.</summary>
    public void Add(string name)
    {
        if (_names.TryAdd(name, null))
        {
            Count++;
            return;
        }

        string first = Spelling(name);
        var others = _names[name];
        if (first == name || (others is not null && Array.IndexOf(others, name) >= 0))
            return;
        _names[name] = others is null ? [name] : [.. others, name];
        Count++;
    }

    /// <summary>Removing a name that is not there changes nothing.</summary>
    public void Remove(string name)
    {
        if (!_names.TryGetValue(name, out var others))
            return;
        string first = Spelling(name);
        if (others is null)
        {
            if (first == name && _names.Remove(name))
                Count--;
            return;
        }

        if (first != name && Array.IndexOf(others, name) < 0)
            return;
        string[] left = first == name ? others[1..] : [.. others.Where(other => other != name)];
        string key = first == name ? others[0] : first;
        _names.Remove(name); // A key's spelling changes only by leaving.
        _names.Add(key, left.Length == 0 ? null : left);
        Count--;
    }

    private string Spelling(string name)
    {
        _ = _names.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out string? actual, out _);
        return actual!;
    }
}
