using System.Globalization;

namespace Symbio.Identity;

/// <summary>One line of Samba's smbpasswd(5) file.</summary>
/// <param name="NtHash">Null when the account has no NT hash ("NO PASSWORD…", X's).</param>
public readonly record struct SmbPasswdEntry(string Name, uint Uid, ReadOnlyMemory<byte>? NtHash, bool Disabled,
    bool IsUser);

/// <summary>
/// Samba's smbpasswd(5) format: <c>name:uid:LM hash:NT hash:[flags]:LCT-hex:</c>. What `pdbedit -e smbpasswd:FILE`
/// writes.
/// </summary>
public static class SmbPasswdFile
{
    /// <exception cref="UserFileException">A line has another form.</exception>
    public static IEnumerable<SmbPasswdEntry> Read(TextReader reader, string fileName)
    {
        int number = 0;
        while (reader.ReadLine() is { } line)
        {
            number++;
            if (line.AsSpan().Trim().IsEmpty || line[0] == '#')
                continue;
            yield return Parse(line) ?? throw new UserFileException(
                $"{fileName}:{number}: not a line of an smbpasswd file (name:uid:LM:NT:[flags]:LCT-time)");
        }
    }

    private static SmbPasswdEntry? Parse(string line)
    {
        string[] fields = line.Split(':');
        if (fields.Length < 5 || fields[0].Length == 0 ||
            !uint.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out uint uid))
            return null;

        string hash = fields[3];
        ReadOnlyMemory<byte>? ntHash = null;
        if (hash.Length != 32)
            return null;
        if (!hash.StartsWith("NO PASSWORD", StringComparison.Ordinal) && hash.Trim('X').Length != 0)
        {
            if (!hash.All(char.IsAsciiHexDigit))
                return null;
            ntHash = Convert.FromHexString(hash);
        }

        string flags = fields[4];
        if (flags.Length < 2 || flags[0] != '[' || flags[^1] != ']')
            return null;
        // U user, D disabled, N no password required, W workstation trust, S server trust, I domain trust, X no expiry.
        return new SmbPasswdEntry(fields[0], uid, ntHash, flags.Contains('D'), IsUser: flags.Contains('U'));
    }
}
