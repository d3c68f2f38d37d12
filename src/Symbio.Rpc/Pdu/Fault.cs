using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Pdu;

/// <summary>Status of a fault PDU: nca codes, [C706] appendix E, and Win32 codes, [MS-RPCE] 2.2.2.6 and 3.1.1.5.5.</summary>
public enum FaultStatus : uint
{
    None = 0,
    /// <summary>ERROR_ACCESS_DENIED</summary>
    AccessDenied = 0x00000005,
    /// <summary>RPC_X_SS_CONTEXT_MISMATCH: what the client's runtime makes of nca_s_fault_context_mismatch.</summary>
    SsContextMismatch = 0x000006E6,
    /// <summary>RPC_S_CANNOT_SUPPORT</summary>
    CannotSupport = 0x000006E4,
    /// <summary>RPC_X_BAD_STUB_DATA</summary>
    BadStubData = 0x000006F7,
    /// <summary>RPC_S_SEC_PKG_ERROR</summary>
    SecurityPackageError = 0x00000721,
    /// <summary>nca_s_op_rng_error: no such operation.</summary>
    OperationRangeError = 0x1C010002,
    /// <summary>nca_s_unk_if: no such interface or presentation context.</summary>
    UnknownInterface = 0x1C010003,
    /// <summary>nca_s_proto_error</summary>
    ProtocolError = 0x1C01000B,
    /// <summary>nca_s_out_args_too_big</summary>
    OutArgumentsTooBig = 0x1C010013,
    /// <summary>nca_s_server_too_busy</summary>
    ServerTooBusy = 0x1C010014,
    /// <summary>nca_s_fault_cancel</summary>
    Cancel = 0x1C00000D,
    /// <summary>nca_s_fault_unspec</summary>
    Unspecified = 0x1C000012,
    /// <summary>nca_s_fault_context_mismatch</summary>
    ContextMismatch = 0x1C00001A,
    /// <summary>nca_s_fault_remote_no_memory</summary>
    RemoteNoMemory = 0x1C00001B,
}

/// <summary>fault, [C706] 12.6.4.7.</summary>
public readonly record struct Fault(ushort ContextId, byte CancelCount, FaultStatus Status) : IPduBody<Fault>
{
    private const uint AllocHint = 32; // The length of the whole PDU, as Windows fills it in.

    public static Fault Read(ref NdrReader reader, PduHeader header)
    {
        reader.Skip(4);
        ushort contextId = reader.ReadUInt16();
        byte cancelCount = reader.ReadByte();
        reader.Skip(1);
        return new Fault(contextId, cancelCount, (FaultStatus)reader.ReadUInt32());
    }

    public void Write(ref NdrWriter writer)
    {
        writer.WriteUInt32(AllocHint);
        writer.WriteUInt16(ContextId);
        writer.WriteByte(CancelCount);
        writer.WriteByte(0);
        writer.WriteUInt32((uint)Status);
        writer.WriteUInt32(0); // reserved
    }
}
