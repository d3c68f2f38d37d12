namespace Symbio.Protocol.Smb2;

/// <summary>What two peers have agreed on, [MS-SMB2] 3.2.1.2 and 3.3.1.7.</summary>
/// <param name="CompressionIds">Connection.CompressionIds, the one that is preferred first; never empty.</param>
/// <param name="SupportsChainedCompression">Connection.SupportsChainedCompression</param>
public sealed record CompressionSettings(
    IReadOnlyList<CompressionAlgorithm> CompressionIds, bool SupportsChainedCompression)
{
    /// <summary>The algorithm to compress with; None when all that was agreed on is Pattern_V1.</summary>
    public CompressionAlgorithm Preferred { get; } =
        CompressionIds.FirstOrDefault(CompressionChainedPayloadHeader.HasOriginalPayloadSize);

    /// <summary>Runs of one byte may be sent as such.</summary>
    public bool SupportsPatterns { get; } =
        SupportsChainedCompression && CompressionIds.Contains(CompressionAlgorithm.PatternV1);

    /// <summary>May a peer use this algorithm?</summary>
    public bool Allows(CompressionAlgorithm algorithm)
    {
        foreach (CompressionAlgorithm id in CompressionIds)
        {
            if (id == algorithm)
                return true;
        }

        return false;
    }
}
