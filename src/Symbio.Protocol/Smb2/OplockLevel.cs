namespace Symbio.Protocol.Smb2;

/// <summary>Oplock levels, [MS-SMB2] 2.2.13, 2.2.14, 2.2.23.1, 2.2.24.1 and 2.2.25.1.</summary>
public enum OplockLevel : byte
{
    /// <summary>SMB2_OPLOCK_LEVEL_NONE</summary>
    None = 0x00,
    /// <summary>SMB2_OPLOCK_LEVEL_II</summary>
    LevelII = 0x01,
    /// <summary>SMB2_OPLOCK_LEVEL_EXCLUSIVE</summary>
    Exclusive = 0x08,
    /// <summary>SMB2_OPLOCK_LEVEL_BATCH</summary>
    Batch = 0x09,
    /// <summary>SMB2_OPLOCK_LEVEL_LEASE</summary>
    Lease = 0xFF,
}
