namespace Symbio.Rpc.Pdu;

/// <summary>PTYPE of the connection-oriented protocol, [C706] 12.6.4, with auth3 of [MS-RPCE] 2.2.2.5.</summary>
public enum PduType : byte
{
    /// <summary>request</summary>
    Request = 0,
    /// <summary>response</summary>
    Response = 2,
    /// <summary>fault</summary>
    Fault = 3,
    /// <summary>bind</summary>
    Bind = 11,
    /// <summary>bind_ack</summary>
    BindAck = 12,
    /// <summary>bind_nak</summary>
    BindNak = 13,
    /// <summary>alter_context</summary>
    AlterContext = 14,
    /// <summary>alter_context_resp</summary>
    AlterContextResp = 15,
    /// <summary>rpc_auth_3</summary>
    Auth3 = 16,
    /// <summary>shutdown</summary>
    Shutdown = 17,
    /// <summary>co_cancel</summary>
    Cancel = 18,
    /// <summary>orphaned</summary>
    Orphaned = 19,
}

/// <summary>pfc_flags, [C706] 12.6.3.1 and [MS-RPCE] 2.2.2.3.</summary>
[Flags]
public enum PduFlags : byte
{
    None = 0,
    /// <summary>PFC_FIRST_FRAG</summary>
    FirstFrag = 0x01,
    /// <summary>PFC_LAST_FRAG</summary>
    LastFrag = 0x02,
    /// <summary>PFC_PENDING_CANCEL; in bind and alter_context PDUs PFC_SUPPORT_HEADER_SIGN.</summary>
    PendingCancelOrHeaderSign = 0x04,
    /// <summary>PFC_CONC_MPX</summary>
    ConcMpx = 0x10,
    /// <summary>PFC_DID_NOT_EXECUTE</summary>
    DidNotExecute = 0x20,
    /// <summary>PFC_MAYBE</summary>
    Maybe = 0x40,
    /// <summary>PFC_OBJECT_UUID</summary>
    ObjectUuid = 0x80,
}
