using Symbio.Protocol.Dtyp;

namespace Symbio.Protocol.Smb2;

/// <summary>SMB2 TREE_CONNECT Response, [MS-SMB2] 2.2.10.</summary>
public readonly record struct TreeConnectResponse(
    ShareType ShareType, ShareFlags ShareFlags, ShareCapabilities Capabilities, AccessMask MaximalAccess)
    : IResponse<TreeConnectResponse>
{
    /// <summary>16 fixed bytes.</summary>
    public const ushort StructureSize = 16;

    int IMessage<TreeConnectResponse>.Length => StructureSize;

    /// <inheritdoc/>
    public static bool TryRead(ref WireReader reader, out TreeConnectResponse message)
    {
        reader.ExpectStructureSize(StructureSize);
        var type = (ShareType)reader.ReadByte();
        reader.Skip(1); // Reserved
        message = new TreeConnectResponse(
            type,
            (ShareFlags)reader.ReadUInt32(),
            (ShareCapabilities)reader.ReadUInt32(),
            (AccessMask)reader.ReadUInt32());
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16(StructureSize);
        writer.WriteByte((byte)ShareType);
        writer.WriteByte(0);
        writer.WriteUInt32((uint)ShareFlags);
        writer.WriteUInt32((uint)Capabilities);
        writer.WriteUInt32((uint)MaximalAccess);
    }
}

/// <summary>ShareType, [MS-SMB2] 2.2.10.</summary>
public enum ShareType : byte
{
    /// <summary>SMB2_SHARE_TYPE_DISK</summary>
    Disk = 0x01,
    /// <summary>SMB2_SHARE_TYPE_PIPE</summary>
    Pipe = 0x02,
    /// <summary>SMB2_SHARE_TYPE_PRINT</summary>
    Print = 0x03,
}

/// <summary>ShareFlags, [MS-SMB2] 2.2.10. The two caching bits are one number.</summary>
[Flags]
public enum ShareFlags : uint
{
    /// <summary>SMB2_SHAREFLAG_MANUAL_CACHING</summary>
    ManualCaching = 0x00000000,
    /// <summary>SMB2_SHAREFLAG_DFS</summary>
    Dfs = 0x00000001,
    /// <summary>SMB2_SHAREFLAG_DFS_ROOT</summary>
    DfsRoot = 0x00000002,
    /// <summary>SMB2_SHAREFLAG_AUTO_CACHING</summary>
    AutoCaching = 0x00000010,
    /// <summary>SMB2_SHAREFLAG_VDO_CACHING</summary>
    VdoCaching = 0x00000020,
    /// <summary>SMB2_SHAREFLAG_NO_CACHING</summary>
    NoCaching = 0x00000030,
    /// <summary>SMB2_SHAREFLAG_RESTRICT_EXCLUSIVE_OPENS</summary>
    RestrictExclusiveOpens = 0x00000100,
    /// <summary>SMB2_SHAREFLAG_FORCE_SHARED_DELETE</summary>
    ForceSharedDelete = 0x00000200,
    /// <summary>SMB2_SHAREFLAG_ALLOW_NAMESPACE_CACHING</summary>
    AllowNamespaceCaching = 0x00000400,
    /// <summary>SMB2_SHAREFLAG_ACCESS_BASED_DIRECTORY_ENUM</summary>
    AccessBasedDirectoryEnum = 0x00000800,
    /// <summary>SMB2_SHAREFLAG_FORCE_LEVELII_OPLOCK</summary>
    ForceLevelIiOplock = 0x00001000,
    /// <summary>SMB2_SHAREFLAG_ENABLE_HASH_V1</summary>
    EnableHashV1 = 0x00002000,
    /// <summary>SMB2_SHAREFLAG_ENABLE_HASH_V2</summary>
    EnableHashV2 = 0x00004000,
    /// <summary>SMB2_SHAREFLAG_ENCRYPT_DATA</summary>
    EncryptData = 0x00008000,
    /// <summary>SMB2_SHAREFLAG_IDENTITY_REMOTING</summary>
    IdentityRemoting = 0x00040000,
    /// <summary>SMB2_SHAREFLAG_COMPRESS_DATA</summary>
    CompressData = 0x00100000,
    /// <summary>SMB2_SHAREFLAG_ISOLATED_TRANSPORT</summary>
    IsolatedTransport = 0x00200000,
}

/// <summary>Capabilities of a TREE_CONNECT response, [MS-SMB2] 2.2.10.</summary>
[Flags]
public enum ShareCapabilities : uint
{
    None = 0,
    /// <summary>SMB2_SHARE_CAP_DFS</summary>
    Dfs = 0x00000008,
    /// <summary>SMB2_SHARE_CAP_CONTINUOUS_AVAILABILITY</summary>
    ContinuousAvailability = 0x00000010,
    /// <summary>SMB2_SHARE_CAP_SCALEOUT</summary>
    Scaleout = 0x00000020,
    /// <summary>SMB2_SHARE_CAP_CLUSTER</summary>
    Cluster = 0x00000040,
    /// <summary>SMB2_SHARE_CAP_ASYMMETRIC</summary>
    Asymmetric = 0x00000080,
    /// <summary>SMB2_SHARE_CAP_REDIRECT_TO_OWNER</summary>
    RedirectToOwner = 0x00000100,
}
