using System.Text;
using Symbio.Protocol.Fscc;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>
/// What is written in a symbolic link, and the same as Windows has it: '/' and '\' change places, names go through the
/// codec. NT's own full paths (\??\C:\…, \??\UNC\…) mean nothing to Linux and are kept as they are.
/// </summary>
internal static class LinkText
{
    private const string NtPrefix = @"\??\";
    private const string UncPrefix = @"\??\UNC\";

    /// <summary>With a NUL; null when it cannot be written on this disk.</summary>
    public static byte[]? ToDisk(in SymbolicLinkReparseData link, NameCodec codec)
    {
        string target = link.SubstituteName;
        if (target.Length == 0 || target.Contains('\0'))
            return null;
        var text = new List<byte>(target.Length + 1);
        if (!link.IsRelative && target.StartsWith(NtPrefix, StringComparison.Ordinal))
            text.AddRange(Encoding.UTF8.GetBytes(target));
        else if (!AddPath(text, target, codec))
            return null;
        if (text.Count > Libc.PathMax)
            return null;
        text.Add(0);
        return [.. text];
    }

    public static SymbolicLinkReparseData FromDisk(ReadOnlySpan<byte> text, NameCodec codec)
    {
        string whole = Encoding.UTF8.GetString(text);
        if (whole.StartsWith(NtPrefix, StringComparison.Ordinal))
        {
            string print = whole.StartsWith(UncPrefix, StringComparison.OrdinalIgnoreCase)
                ? @"\\" + whole[UncPrefix.Length..]
                : whole[NtPrefix.Length..];
            return new(whole, print, IsRelative: false);
        }

        var target = new StringBuilder(text.Length);
        foreach (Range range in text.Split((byte)'/'))
        {
            if (range.Start.Value > 0)
                target.Append('\\');
            var name = text[range];
            target.Append(IsPlain(name.Length) && name.IndexOfAnyExcept((byte)'.') < 0
                ? Encoding.ASCII.GetString(name)
                : codec.Decode(name));
        }

        string path = target.ToString();
        return new(path, path, IsRelative: !path.StartsWith('\\'));
    }

    private static bool AddPath(List<byte> text, string path, NameCodec codec)
    {
        Span<byte> encoded = stackalloc byte[NameCodec.MaxBytes];
        foreach (Range range in path.AsSpan().Split('\\'))
        {
            var name = path.AsSpan(range);
            if (range.Start.Value > 0)
                text.Add((byte)'/');
            int length = name.Length;
            if (IsPlain(length) && name.IndexOfAnyExcept('.') < 0)
                encoded[..length].Fill((byte)'.');
            else if (!codec.TryEncode(name, encoded, out length))
                return false;
            text.AddRange(encoded[..length]);
        }

        return true;
    }

    // "", "." and ".." are no names.
    private static bool IsPlain(int length) => length <= 2;
}
