namespace Symbio.Protocol.Smb2;

/// <summary>DialectRevision values, [MS-SMB2] 2.2.3 and 2.2.4. Ordered: a greater value is a later dialect.</summary>
public enum Dialect : ushort
{
    /// <summary>Nothing negotiated yet.</summary>
    None = 0,
    /// <summary>SMB 2.0.2</summary>
    Smb202 = 0x0202,
    /// <summary>SMB 2.1</summary>
    Smb210 = 0x0210,
    /// <summary>SMB 3.0</summary>
    Smb300 = 0x0300,
    /// <summary>SMB 3.0.2</summary>
    Smb302 = 0x0302,
    /// <summary>SMB 3.1.1</summary>
    Smb311 = 0x0311,
    /// <summary>0x02FF: the answer to an SMB1 negotiate that offered "SMB 2.???".</summary>
    Wildcard = 0x02FF,
}

/// <summary>What is said of dialects to people.</summary>
public static class DialectExtensions
{
    extension(Dialect dialect)
    {
        /// <summary>The number that people know it by, as in "3.1.1".</summary>
        public string Version => dialect switch
        {
            Dialect.None => "",
            Dialect.Smb202 => "2.0.2",
            Dialect.Smb210 => "2.1",
            Dialect.Smb300 => "3.0",
            Dialect.Smb302 => "3.0.2",
            Dialect.Smb311 => "3.1.1",
            Dialect.Wildcard => "2.???",
            _ => $"0x{(ushort)dialect:X4}",
        };
    }
}
