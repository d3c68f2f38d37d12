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
