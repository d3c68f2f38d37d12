using System.Diagnostics;
using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Pdu;

/// <summary>What stands behind the header of one type of PDU.</summary>
public interface IPduBody<TSelf> where TSelf : struct, IPduBody<TSelf>
{
    /// <summary>Reads the body; the reader stands behind the header, and the verifier is already cut off.</summary>
    static abstract TSelf Read(ref NdrReader reader, PduHeader header);

    /// <summary>Writes the body; the writer stands behind the header.</summary>
    void Write(ref NdrWriter writer);
}

/// <summary>Whole PDUs: header, body, verifier.</summary>
public static class PduCodec
{
    /// <summary>Reads one whole PDU.</summary>
    public static bool TryRead<T>(ReadOnlyMemory<byte> pdu, out PduHeader header, out T body, out AuthVerifier? verifier)
        where T : struct, IPduBody<T>
    {
        body = default;
        verifier = null;
        return PduHeader.TryRead(pdu, out header) && header.FragLength == pdu.Length &&
            AuthVerifier.TrySplit(header, pdu, out var withoutVerifier, out verifier) &&
            TryReadBody(withoutVerifier, header, out body);
    }

    /// <summary>Reads the body of a PDU whose verifier is cut off.</summary>
    public static bool TryReadBody<T>(ReadOnlyMemory<byte> pdu, PduHeader header, out T body)
        where T : struct, IPduBody<T>
    {
        var reader = new NdrReader(pdu, header.BigEndian);
        reader.Skip(PduHeader.Length);
        body = T.Read(ref reader, header);
        return reader.IsValid;
    }

    /// <summary>Writes one PDU and fills in its lengths.</summary>
    public static byte[] Write<T>(
        PduType type, PduFlags flags, uint callId, T body, AuthVerifier? verifier = null, byte minorVersion = 0)
        where T : struct, IPduBody<T>
    {
        var writer = new NdrWriter(ushort.MaxValue);
        new PduHeader(minorVersion, type, flags, false, 0, 0, callId).Write(ref writer);
        body.Write(ref writer);
        verifier?.Write(ref writer);
        writer.PatchUInt16(PduHeader.FragLengthOffset, (ushort)writer.Position);
        Debug.Assert(writer.IsValid, "Fragments are cut to the negotiated size before they come here.");
        return writer.Written.ToArray();
    }
}
