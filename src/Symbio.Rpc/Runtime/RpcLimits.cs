namespace Symbio.Rpc.Runtime;

/// <summary>What one connection may cost.</summary>
public sealed record RpcLimits
{
    public static RpcLimits Default { get; } = new();

    /// <summary>Fragments that we send and ask for. 5840 is four Ethernet segments, what Windows offers too.</summary>
    public ushort MaxFragment { get; init; } = 5840;

    /// <summary>Stub bytes of all calls that are being assembled or wait, together.</summary>
    public int MaxRequestBytes { get; init; } = 4 << 20;

    /// <summary>Stub bytes of one reply.</summary>
    public int MaxReplyBytes { get; init; } = 16 << 20;

    /// <summary>Calls that are assembled, wait or run at the same time on one connection.</summary>
    public int MaxCalls { get; init; } = 16;

    /// <summary>Presentation contexts of one connection.</summary>
    public int MaxPresentationContexts { get; init; } = 64;

    /// <summary>Open context handles of one association group.</summary>
    public int MaxContextHandles { get; init; } = 2048;
}
