using System.Buffers;
using System.Text;
using Symbio.Protocol.Fscc;

namespace Symbio.Storage.Posix;

/// <summary>
/// Names on disk (bytes) and in SMB (UTF-16). Every disk name has exactly one SMB name and the way back leads to the
/// same bytes, so whatever is on disk can be listed and opened; an SMB name that is not the one name of what it would
/// make on disk is refused.
/// </summary>
/// <remarks>
/// On disk stands UTF-8. An unpaired surrogate, which NT allows, is stored as its three bytes (WTF-8). A byte that is
/// part of no character is shown as U+EF00 plus the byte (private use; U+EF80 to U+EFFF is what MirBSD's OPTU encoding
/// uses for the same). So are the bytes of characters that could not come back: those that the mapping itself uses,
/// and those of the range U+EF00 to U+EFFF. Forbidden characters go through <see cref="NameMapping"/>; one without a
/// counterpart there is shown as a stray byte too, except with <see cref="NameMapping.None"/>.
/// </remarks>
internal sealed class NameCodec
{
    /// <summary>NAME_MAX: the longest name on disk, in bytes.</summary>
    public const int MaxBytes = 255;

    /// <summary>
    /// The longest name NT allows, in UTF-16 units. As every unit takes a byte at least, disk names fit.
    /// </summary>
    public const int MaxChars = 255;

    private const char StrayBase = '\uEF00';
    private const char PrivateSpace = '\uF028';
    private const char PrivateDot = '\uF029';

    private static readonly SearchValues<byte> s_plain = SearchValues.Create(
        "!#$%&'()+,-.0123456789;=@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{}~ "u8);

    private static readonly SearchValues<char> s_plainChars = SearchValues.Create(
        "!#$%&'()+,-.0123456789;=@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{}~ ");

    // What stands for an ASCII character that NT forbids; 0: nothing.
    private readonly char[] _shown = new char[128];
    private readonly Dictionary<char, byte> _stored = [];
    private readonly bool _mapsEnd;
    private readonly NameMapping _mapping;

    public NameCodec(NameMapping mapping)
    {
        _mapping = mapping;
        switch (mapping)
        {
            case NameMapping.Private:
                for (int control = 1; control < 32; control++)
                    Map(control, (char)(0xF000 + control));
                const string forbidden = "\"*:<>?\\|";
                for (int i = 0; i < forbidden.Length; i++)
                    Map(forbidden[i], (char)(0xF020 + i));
                _mapsEnd = true;
                _stored[PrivateSpace] = (byte)' ';
                _stored[PrivateDot] = (byte)'.';
                break;
            case NameMapping.Catia:
                foreach (var (unix, shown) in "\"*:<>?\\|".Zip("\u00A8\u00A4\u00F7\u00AB\u00BB\u00BF\u00FF\u00A6"))
                    Map(unix, shown);
                break;
            default:
                break;
        }

        for (int c = 1; c < 32; c++)
            MapStray(c);
        foreach (char c in "\"*:<>?|")
            MapStray(c);
        if (_shown['\\'] == 0)
            _shown['\\'] = (char)(StrayBase + '\\'); // The separator cannot be part of a name in any mapping.

        void Map(int unix, char shown)
        {
            _shown[unix] = shown;
            _stored[shown] = (byte)unix;
        }

        void MapStray(int c)
        {
            if (_shown[c] == 0 && mapping != NameMapping.None)
                _shown[c] = (char)(StrayBase + c);
        }
    }

    /// <summary>The SMB name of a disk name.</summary>
    public string Decode(ReadOnlySpan<byte> name)
    {
        if (name.ContainsAnyExcept(s_plain) || EndsOddly(name))
            return DecodeOdd(name);
        return Encoding.ASCII.GetString(name);
    }

    /// <summary>
    /// The disk name of an SMB name, without a NUL. False: the name cannot be on this disk (too long, or not the name
    /// that the result would be shown under).
    /// </summary>
    public bool TryEncode(ReadOnlySpan<char> name, Span<byte> destination, out int length)
    {
        if (!name.ContainsAnyExcept(s_plainChars) && name.Length is > 0 and <= MaxChars &&
            name.Length <= destination.Length &&
            name[^1] is not ('.' or ' '))
        {
            length = Encoding.ASCII.GetBytes(name, destination);
            return true;
        }

        return TryEncodeOdd(name, destination, out length);
    }

    /// <summary>The disk name with a NUL; null when the name cannot be on this disk.</summary>
    public byte[]? Encode(ReadOnlySpan<char> name)
    {
        Span<byte> buffer = stackalloc byte[MaxBytes];
        if (!TryEncode(name, buffer, out int length))
            return null;
        byte[] terminated = new byte[length + 1];
        buffer[..length].CopyTo(terminated);
        return terminated;
    }

    /// <summary>The SMB name of what a POSIX client calls something: it spells out what NT forbids.</summary>
    public string FromPosix(string name)
    {
        if (!name.AsSpan().ContainsAnyExcept(s_plainChars) && name is [.., not ('.' or ' ')])
            return name;
        return string.Create(name.Length, (Codec: this, name), static (text, state) =>
        {
            for (int i = 0; i < text.Length; i++)
            {
                char c = state.name[i];
                bool isLast = i == text.Length - 1;
                text[i] = isLast && state.Codec._mapsEnd && c is ('.' or ' ')
                    ? (c == '.' ? PrivateDot : PrivateSpace)
                    : c < 128 && state.Codec._shown[c] != 0 ? state.Codec._shown[c] : c;
            }
        });
    }

    /// <summary>What a POSIX client calls the name: <see cref="FromPosix"/> the other way.</summary>
    public string ToPosix(string name)
    {
        if (!name.AsSpan().ContainsAnyExcept(s_plainChars))
            return name;
        return string.Create(name.Length, (Codec: this, name), static (text, state) =>
        {
            for (int i = 0; i < text.Length; i++)
            {
                char c = state.name[i];
                text[i] = c - StrayBase is > 0 and < 128 && state.Codec._shown[c - StrayBase] == c
                    ? (char)(c - StrayBase)
                    : state.Codec._stored.TryGetValue(c, out byte stored) ? (char)stored : c;
            }
        });
    }

    /// <summary>
    /// A whole path with '/' between the names and a NUL at the end; "." for the root. False with a length of -1: some
    /// name cannot be on this disk; otherwise the path does not fit.
    /// </summary>
    public bool TryEncodePath(ReadOnlySpan<char> path, Span<byte> destination, out int length)
    {
        length = 0;
        if (path.IsEmpty)
            destination[length++] = (byte)'.';
        while (!path.IsEmpty)
        {
            int end = path.IndexOf('\\');
            var name = end < 0 ? path : path[..end];
            path = end < 0 ? [] : path[(end + 1)..];
            if (destination.Length - length < MaxBytes + 2)
                return false;
            if (length > 0)
                destination[length++] = (byte)'/';
            if (!TryEncode(name, destination.Slice(length, MaxBytes), out int bytes))
            {
                length = -1;
                return false;
            }

            length += bytes;
        }

        destination[length] = 0;
        return true;
    }

    private static bool EndsOddly(ReadOnlySpan<byte> name) => name.IsEmpty || name[^1] is (byte)'.' or (byte)' ';

    private string DecodeOdd(ReadOnlySpan<byte> name)
    {
        Span<char> text = stackalloc char[name.Length];
        int length = 0;
        var rest = name;
        while (!rest.IsEmpty)
        {
            byte first = rest[0];
            if (first < 0x80)
            {
                text[length++] = rest.Length == 1 && _mapsEnd && EndsOddly(rest)
                    ? (first == '.' ? PrivateDot : PrivateSpace)
                    : _shown[first] != 0 ? _shown[first] : (char)first;
                rest = rest[1..];
                continue;
            }

            int used = DecodeCharacter(rest, text[length..], out int units);
            length += units;
            rest = rest[used..];
        }

        // Only surrogates can be left that do not come back: two that meet would become one character.
        Span<byte> back = stackalloc byte[MaxBytes];
        if (EncodeUnits(text[..length], back, out int backLength) && back[..backLength].SequenceEqual(name))
            return new string(text[..length]);
        length = 0;
        foreach (byte b in name)
            text[length++] = b >= 0x80 ? (char)(StrayBase + b) : _shown[b] != 0 ? _shown[b] : (char)b;
        if (_mapsEnd && EndsOddly(name))
            text[length - 1] = name[^1] == '.' ? PrivateDot : PrivateSpace;
        return new string(text[..length]);
    }

    /// <summary>One character from 0x80 up, or its bytes one by one; returns how many bytes were used.</summary>
    private int DecodeCharacter(ReadOnlySpan<byte> rest, Span<char> text, out int units)
    {
        if (Rune.DecodeFromUtf8(rest, out var rune, out int used) == OperationStatus.Done)
        {
            if (rune.IsBmp && IsOwn((char)rune.Value))
                return Stray(rest[..used], text, out units);
            units = rune.EncodeToUtf16(text);
            return used;
        }

        // ED A0 80 to ED BF BF: an unpaired surrogate.
        if (rest.Length >= 3 && rest[0] == 0xED && rest[1] is >= 0xA0 and <= 0xBF && (rest[2] & 0xC0) == 0x80)
        {
            text[0] = (char)(0xD000 | ((rest[1] & 0x3F) << 6) | (rest[2] & 0x3F));
            units = 1;
            return 3;
        }

        return Stray(rest[..1], text, out units);
    }

    private static int Stray(ReadOnlySpan<byte> bytes, Span<char> text, out int units)
    {
        for (int i = 0; i < bytes.Length; i++)
            text[i] = (char)(StrayBase + bytes[i]);
        units = bytes.Length;
        return bytes.Length;
    }

    /// <summary>A character that encoding would turn into something else.</summary>
    private bool IsOwn(char c) => (c & 0xFF00) == StrayBase || _stored.ContainsKey(c);

    private bool TryEncodeOdd(ReadOnlySpan<char> name, Span<byte> destination, out int length)
    {
        length = 0;
        if (name.Length is 0 or > MaxChars || name is "." or ".." ||
            !EncodeUnits(name, destination[..Math.Min(destination.Length, MaxBytes)], out length))
        {
            return false;
        }

        // The name that the bytes would be shown under must be this very name: no aliases, no NUL, no '/', no "..".
        var encoded = destination[..length];
        return !encoded.ContainsAny((byte)'/', (byte)0) && !encoded.SequenceEqual("."u8) &&
            !encoded.SequenceEqual(".."u8) &&
            (_mapping == NameMapping.None && !name.ContainsAnyInRange('\u0080', '\uFFFF') ||
                DecodeOdd(encoded).AsSpan().SequenceEqual(name));
    }

    private bool EncodeUnits(ReadOnlySpan<char> name, Span<byte> destination, out int length)
    {
        length = 0;
        for (int i = 0; i < name.Length; i++)
        {
            if (destination.Length - length < 4 && destination.Length - length < BytesOf(name, i))
                return false;
            char c = name[i];
            if (c >= 0x80 && (c & 0xFF00) == StrayBase)
                destination[length++] = (byte)c;
            else if (_stored.TryGetValue(c, out byte stored))
                destination[length++] = stored;
            else if (c < 0x80)
                destination[length++] = (byte)c;
            else if (char.IsHighSurrogate(c) && i + 1 < name.Length && char.IsLowSurrogate(name[i + 1]))
                length += new Rune(c, name[++i]).EncodeToUtf8(destination[length..]);
            else if (char.IsSurrogate(c))
                length += EncodeSurrogate(c, destination[length..]);
            else
                length += new Rune(c).EncodeToUtf8(destination[length..]);
        }

        return true;
    }

    private int BytesOf(ReadOnlySpan<char> name, int index)
    {
        char c = name[index];
        if (c < 0x80 || IsOwn(c))
            return 1;
        if (char.IsHighSurrogate(c) && index + 1 < name.Length && char.IsLowSurrogate(name[index + 1]))
            return 4;
        return c < 0x800 ? 2 : 3;
    }

    private static int EncodeSurrogate(char c, Span<byte> destination)
    {
        destination[0] = 0xED;
        destination[1] = (byte)(0x80 | ((c >> 6) & 0x3F));
        destination[2] = (byte)(0x80 | (c & 0x3F));
        return 3;
    }
}
