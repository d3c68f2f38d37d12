namespace Symbio.Protocol.Smb2;

/// <summary>Lease states, [MS-SMB2] 2.2.13.2.8.</summary>
[Flags]
public enum LeaseState : uint
{
    /// <summary>SMB2_LEASE_NONE</summary>
    None = 0,
    /// <summary>SMB2_LEASE_READ_CACHING</summary>
    ReadCaching = 0x01,
    /// <summary>SMB2_LEASE_HANDLE_CACHING</summary>
    HandleCaching = 0x02,
    /// <summary>SMB2_LEASE_WRITE_CACHING</summary>
    WriteCaching = 0x04,
}

/// <summary>Flags of the lease contexts, [MS-SMB2] 2.2.13.2.10, 2.2.14.2.10 and 2.2.14.2.11.</summary>
[Flags]
public enum LeaseFlags : uint
{
    None = 0,
    /// <summary>SMB2_LEASE_FLAG_BREAK_IN_PROGRESS (responses)</summary>
    BreakInProgress = 0x00000002,
    /// <summary>SMB2_LEASE_FLAG_PARENT_LEASE_KEY_SET</summary>
    ParentLeaseKeySet = 0x00000004,
}
