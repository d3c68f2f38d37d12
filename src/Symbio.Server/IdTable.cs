using System.Collections.Concurrent;

namespace Symbio.Server;

/// <summary>
/// What a session or a connection has under its ids: a few things as a rule, and there are many sessions. So a few are an
/// array, which is replaced and never changed; only many are a dictionary, which alone would be most of what an idle session
/// costs. Readers take no lock either way.
/// </summary>
internal sealed class IdTable<T>
    where T : class
{
    private const int Few = 8;

    private object? _content; // Null, Entry[] or, from the first time that there were many, Many.

    private readonly record struct Entry(ulong Id, T Value);

    private sealed class Many(IEnumerable<KeyValuePair<ulong, T>> few) : ConcurrentDictionary<ulong, T>(few);

    public int Count => Volatile.Read(ref _content) switch
    {
        Entry[] few => few.Length,
        Many many => many.Count,
        _ => 0,
    };

    /// <summary>What there is now; in no particular order.</summary>
    public IEnumerable<T> Values => Volatile.Read(ref _content) switch
    {
        Entry[] few => Array.ConvertAll(few, entry => entry.Value),
        Many many => many.Values,
        _ => [],
    };

    public T this[ulong id]
    {
        get => TryGetValue(id, out T? value) ? value : throw new KeyNotFoundException();
        set => Set(id, value);
    }

    public bool TryGetValue(ulong id, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T value)
    {
        object? content = Volatile.Read(ref _content);
        if (content is Many many)
            return many.TryGetValue(id, out value);
        value = content is Entry[] few && IndexOf(few, id) is >= 0 and int index ? few[index].Value : null;
        return value is not null;
    }

    public bool ContainsKey(ulong id) => TryGetValue(id, out _);

    /// <summary>Takes the id out if it is this that it stands for.</summary>
    public bool TryRemove(ulong id, T value)
    {
        while (true)
        {
            object? content = Volatile.Read(ref _content);
            if (content is Many many)
                return many.TryRemove(new(id, value));
            if (content is not Entry[] few)
                return false;
            int index = IndexOf(few, id);
            if (index < 0 || few[index].Value != value)
                return false;
            Entry[]? rest = few.Length == 1 ? null : [.. few.AsSpan(0, index), .. few.AsSpan(index + 1)];
            if (Interlocked.CompareExchange(ref _content, rest, content) == content)
                return true;
        }
    }

    public void Clear() => Volatile.Write(ref _content, null);

    private static int IndexOf(Entry[] few, ulong id)
    {
        for (int i = 0; i < few.Length; i++)
        {
            if (few[i].Id == id)
                return i;
        }

        return -1;
    }

    private void Set(ulong id, T value)
    {
        while (true)
        {
            object? content = Volatile.Read(ref _content);
            if (content is Many many)
            {
                many[id] = value;
                return;
            }

            if (Interlocked.CompareExchange(ref _content, With((Entry[]?)content ?? [], id, value), content) == content)
                return;
        }
    }

    private static object With(Entry[] few, ulong id, T value)
    {
        int index = IndexOf(few, id);
        if (index >= 0)
        {
            Entry[] changed = [.. few];
            changed[index] = new Entry(id, value);
            return changed;
        }

        if (few.Length < Few)
            return (Entry[])[.. few, new Entry(id, value)];
        return new Many(few.Select(entry => KeyValuePair.Create(entry.Id, entry.Value))) { [id] = value };
    }
}
