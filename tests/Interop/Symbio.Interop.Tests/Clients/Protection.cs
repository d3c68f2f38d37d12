namespace Symbio.Interop.Tests.Clients;

/// <summary>What protects the messages of a session.</summary>
public enum Protection
{
    Plain,
    Signed,
    Encrypted,
}

/// <summary>A dialect as Samba's tools name it, and a protection.</summary>
public sealed record ClientProtocol(string Dialect, Protection Protection)
{
    /// <summary>Further settings of the client's smb.conf.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    public static ClientProtocol Default { get; } = new("SMB3_11", Protection.Signed);

    public IEnumerable<string> Arguments =>
    [
        $"--option=client min protocol={Dialect}", $"--option=client max protocol={Dialect}",
        $"--client-protection={Protection switch { Protection.Plain => "off", Protection.Signed => "sign", _ => "encrypt" }}",
        .. Settings.Select(s => $"--option={s}"),
    ];

    /// <summary>Every dialect with every protection that it has.</summary>
    public static TheoryData<string, Protection> All
    {
        get
        {
            var all = new TheoryData<string, Protection>();
            foreach (string dialect in new[] { "SMB2_02", "SMB2_10", "SMB3_00", "SMB3_02", "SMB3_11" })
            {
                all.Add(dialect, Protection.Plain);
                all.Add(dialect, Protection.Signed);
                if (dialect.StartsWith("SMB3", StringComparison.Ordinal))
                    all.Add(dialect, Protection.Encrypted);
            }

            return all;
        }
    }
}
