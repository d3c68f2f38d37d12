using System.Buffers;

namespace Symbio.Protocol.Fscc;

/// <summary>
/// Compares names as NT does: <see cref="UpcaseTable"/>, then by code unit. Unlike
/// <see cref="StringComparer.OrdinalIgnoreCase"/> it leaves surrogate pairs alone. Dictionaries can be looked up by
/// span.
/// </summary>
public sealed class NameComparer :
    IEqualityComparer<string>, IComparer<string>, IAlternateEqualityComparer<ReadOnlySpan<char>, string>
{
    private const int StackLength = 256;

    private NameComparer()
    {
    }

    public static NameComparer Instance { get; } = new();

    public static bool Equals(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        if (left.Length != right.Length)
            return false;
        for (int i = 0; i < left.Length; i++)
        {
            if (left[i] != right[i] && UpcaseTable.ToUpper(left[i]) != UpcaseTable.ToUpper(right[i]))
                return false;
        }

        return true;
    }

    public static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        int length = Math.Min(left.Length, right.Length);
        for (int i = 0; i < length; i++)
        {
            int difference = UpcaseTable.ToUpper(left[i]) - UpcaseTable.ToUpper(right[i]);
            if (difference != 0)
                return difference;
        }

        return left.Length - right.Length;
    }

    /// <summary>Keyed per process, as string hashes are: a peer cannot choose names that collide.</summary>
    public static int GetHashCode(ReadOnlySpan<char> name)
    {
        char[]? rented = null;
        var upper = name.Length <= StackLength
            ? stackalloc char[StackLength]
            : (rented = ArrayPool<char>.Shared.Rent(name.Length));
        UpcaseTable.ToUpper(name, upper);
        int hash = string.GetHashCode(upper[..name.Length]);
        if (rented is not null)
            ArrayPool<char>.Shared.Return(rented);
        return hash;
    }

    bool IEqualityComparer<string>.Equals(string? x, string? y) =>
        ReferenceEquals(x, y) || (x is not null && y is not null && Equals(x.AsSpan(), y.AsSpan()));

    int IEqualityComparer<string>.GetHashCode(string obj) => GetHashCode(obj.AsSpan());

    int IComparer<string>.Compare(string? x, string? y) =>
        x is null ? (y is null ? 0 : -1) : y is null ? 1 : Compare(x.AsSpan(), y.AsSpan());

    string IAlternateEqualityComparer<ReadOnlySpan<char>, string>.Create(ReadOnlySpan<char> alternate) =>
        alternate.ToString();

    bool IAlternateEqualityComparer<ReadOnlySpan<char>, string>.Equals(ReadOnlySpan<char> alternate, string other) =>
        Equals(alternate, other.AsSpan());

    int IAlternateEqualityComparer<ReadOnlySpan<char>, string>.GetHashCode(ReadOnlySpan<char> alternate) =>
        GetHashCode(alternate);
}
