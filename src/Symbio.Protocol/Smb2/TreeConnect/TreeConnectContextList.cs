namespace Symbio.Protocol.Smb2;

/// <summary>SMB2 TREE_CONNECT_CONTEXT, [MS-SMB2] 2.2.9.2.</summary>
public readonly record struct TreeConnectContext(TreeConnectContextType Type, ReadOnlyMemory<byte> Data);

/// <summary>ContextType of a TREE_CONNECT_CONTEXT, [MS-SMB2] 2.2.9.2.</summary>
public enum TreeConnectContextType : ushort
{
    /// <summary>SMB2_RESERVED_TREE_CONNECT_CONTEXT_ID</summary>
    Reserved = 0x0000,
    /// <summary>SMB2_REMOTED_IDENTITY_TREE_CONNECT_CONTEXT_ID</summary>
    RemotedIdentity = 0x0001,
}

/// <summary>TreeConnectContexts of a TREE_CONNECT request, [MS-SMB2] 2.2.9.1.</summary>
/// <remarks>A context has the layout of a negotiate context, and so has the list.</remarks>
public readonly record struct TreeConnectContextList(ReadOnlyMemory<byte> Bytes, int Count)
{
    /// <summary>True when all contexts lie inside the message.</summary>
    public bool IsValid => new NegotiateContextList(Bytes, Count).IsValid;

    /// <summary>The first context of <paramref name="type"/>.</summary>
    public bool TryGet(TreeConnectContextType type, out ReadOnlyMemory<byte> data) =>
        new NegotiateContextList(Bytes, Count).TryGet((NegotiateContextType)(ushort)type, out data);
}
