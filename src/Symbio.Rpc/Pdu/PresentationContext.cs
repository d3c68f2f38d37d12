using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Pdu;

/// <summary>p_cont_elem_t, [C706] 12.6.3.1: an interface and the transfer syntaxes the client can speak for it.</summary>
public readonly record struct PresentationContext(
    ushort ContextId, SyntaxId AbstractSyntax, IReadOnlyList<SyntaxId> TransferSyntaxes)
{
    /// <summary>p_context_elem_t: the list of a bind or alter_context.</summary>
    public static PresentationContext[] ReadList(ref NdrReader reader)
    {
        int count = reader.ReadByte();
        reader.Skip(3);
        if (count * (4 + SyntaxId.Length) > reader.Remaining)
            reader.Fail();
        var contexts = reader.IsValid ? new PresentationContext[count] : [];
        for (int i = 0; i < contexts.Length; i++)
        {
            ushort id = reader.ReadUInt16();
            int syntaxes = reader.ReadByte();
            reader.Skip(1);
            var abstractSyntax = SyntaxId.Read(ref reader);
            if (syntaxes * SyntaxId.Length > reader.Remaining)
                reader.Fail();
            var transferSyntaxes = reader.IsValid ? new SyntaxId[syntaxes] : [];
            for (int j = 0; j < transferSyntaxes.Length; j++)
                transferSyntaxes[j] = SyntaxId.Read(ref reader);
            contexts[i] = new PresentationContext(id, abstractSyntax, transferSyntaxes);
        }

        return contexts;
    }

    public static void WriteList(ref NdrWriter writer, IReadOnlyList<PresentationContext> contexts)
    {
        writer.WriteUInt32((byte)contexts.Count);
        foreach (var context in contexts)
        {
            writer.WriteUInt16(context.ContextId);
            writer.WriteUInt16((byte)context.TransferSyntaxes.Count);
            context.AbstractSyntax.Write(ref writer);
            foreach (var syntax in context.TransferSyntaxes)
                syntax.Write(ref writer);
        }
    }
}

/// <summary>p_cont_def_result_t, [C706] 12.6.3.1, with negotiate_ack of [MS-RPCE] 2.2.2.4.</summary>
public enum PresentationResultCode : ushort
{
    /// <summary>acceptance</summary>
    Acceptance = 0,
    /// <summary>user_rejection</summary>
    UserRejection = 1,
    /// <summary>provider_rejection</summary>
    ProviderRejection = 2,
    /// <summary>negotiate_ack</summary>
    NegotiateAck = 3,
}

/// <summary>p_provider_reason_t, [C706] 12.6.3.1.</summary>
public enum ProviderReason : ushort
{
    /// <summary>reason_not_specified</summary>
    NotSpecified = 0,
    /// <summary>abstract_syntax_not_supported</summary>
    AbstractSyntaxNotSupported = 1,
    /// <summary>proposed_transfer_syntaxes_not_supported</summary>
    ProposedTransferSyntaxesNotSupported = 2,
    /// <summary>local_limit_exceeded</summary>
    LocalLimitExceeded = 3,
}

/// <summary>p_result_t, [C706] 12.6.3.1: the answer to one <see cref="PresentationContext"/>, in its order.</summary>
/// <param name="Reason">For negotiate_ack the server's feature bitmask.</param>
public readonly record struct PresentationResult(
    PresentationResultCode Result, ProviderReason Reason, SyntaxId TransferSyntax)
{
    public static PresentationResult Accept { get; } =
        new(PresentationResultCode.Acceptance, ProviderReason.NotSpecified, SyntaxId.Ndr);

    public static PresentationResult Reject(ProviderReason reason) =>
        new(PresentationResultCode.ProviderRejection, reason, default);

    /// <summary>p_result_list_t</summary>
    public static PresentationResult[] ReadList(ref NdrReader reader)
    {
        int count = reader.ReadByte();
        reader.Skip(3);
        if (count * (4 + SyntaxId.Length) > reader.Remaining)
            reader.Fail();
        var results = reader.IsValid ? new PresentationResult[count] : [];
        for (int i = 0; i < results.Length; i++)
        {
            results[i] = new PresentationResult(
                (PresentationResultCode)reader.ReadUInt16(),
                (ProviderReason)reader.ReadUInt16(),
                SyntaxId.Read(ref reader));
        }

        return results;
    }

    public static void WriteList(ref NdrWriter writer, IReadOnlyList<PresentationResult> results)
    {
        writer.WriteUInt32((byte)results.Count);
        foreach (var result in results)
        {
            writer.WriteUInt16((ushort)result.Result);
            writer.WriteUInt16((ushort)result.Reason);
            result.TransferSyntax.Write(ref writer);
        }
    }
}
