using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Symbio.Protocol.Smb2;

/// <summary>
/// An array of little-endian ids (dialects, ciphers, hash algorithms) as it stands in a message; nothing is copied.
/// </summary>
/// <param name="Bytes">The array's bytes; a whole number of <typeparamref name="T"/>.</param>
public readonly record struct IdList<T>(ReadOnlyMemory<byte> Bytes)
    where T : unmanaged
{
    /// <summary>Ids in the list.</summary>
    public int Count => Bytes.Length / Unsafe.SizeOf<T>();

    /// <summary>The ids, not across an await.</summary>
    public ReadOnlySpan<T> Span => MemoryMarshal.Cast<byte, T>(Bytes.Span);

    public T this[int index] => Span[index];

    /// <summary>A list of its own memory.</summary>
    public static IdList<T> Of(params ReadOnlySpan<T> values) => new(MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>Reads <paramref name="count"/> ids.</summary>
    public static IdList<T> Read(ref WireReader reader, int count) =>
        new(reader.ReadBytes(count * Unsafe.SizeOf<T>()));

    public bool Contains(T id)
    {
        foreach (T candidate in Span)
        {
            if (EqualityComparer<T>.Default.Equals(candidate, id))
                return true;
        }

        return false;
    }

    public ReadOnlySpan<T>.Enumerator GetEnumerator() => Span.GetEnumerator();
}
