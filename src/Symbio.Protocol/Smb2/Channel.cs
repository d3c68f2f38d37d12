namespace Symbio.Protocol.Smb2;

/// <summary>The Channel field of READ and WRITE, [MS-SMB2] 2.2.19 and 2.2.21.</summary>
public enum Channel : uint
{
    /// <summary>SMB2_CHANNEL_NONE</summary>
    None = 0,
    /// <summary>SMB2_CHANNEL_RDMA_V1</summary>
    RdmaV1 = 1,
    /// <summary>SMB2_CHANNEL_RDMA_V1_INVALIDATE</summary>
    RdmaV1Invalidate = 2,
    /// <summary>SMB2_CHANNEL_RDMA_TRANSFORM</summary>
    RdmaTransform = 3,
}
