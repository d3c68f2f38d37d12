using System.Buffers.Binary;
using System.Text;

namespace Symbio.Security.Ntlm;

/// <summary>AvId of AV_PAIR, [MS-NLMP] 2.2.2.1.</summary>
public enum AvId : ushort
{
    /// <summary>MsvAvEOL.</summary>
    Eol = 0,

    /// <summary>MsvAvNbComputerName.</summary>
    NbComputerName = 1,

    /// <summary>MsvAvNbDomainName.</summary>
    NbDomainName = 2,

    /// <summary>MsvAvDnsComputerName.</summary>
    DnsComputerName = 3,

    /// <summary>MsvAvDnsDomainName.</summary>
    DnsDomainName = 4,

    /// <summary>MsvAvDnsTreeName.</summary>
    DnsTreeName = 5,

    /// <summary>MsvAvFlags: 0x2 says that the AUTHENTICATE_MESSAGE has a MIC.</summary>
    Flags = 6,

    /// <summary>MsvAvTimestamp: a FILETIME.</summary>
    Timestamp = 7,

    /// <summary>MsvAvSingleHost.</summary>
    SingleHost = 8,

    /// <summary>MsvAvTargetName: the service principal name that the client meant.</summary>
    TargetName = 9,

    /// <summary>MsvAvChannelBindings: an MD5 over gss_channel_bindings_struct.</summary>
    ChannelBindings = 10,
}

/// <summary>A sequence of AV_PAIRs, [MS-NLMP] 2.2.2.1, read where it lies. Reading never throws.</summary>
public readonly struct AvPairs(ReadOnlyMemory<byte> sequence)
{
    /// <summary>The bit of MsvAvFlags that announces the MIC.</summary>
    public const uint MicPresent = 0x00000002;

    private const int HeaderSize = 4;

    /// <summary>True when every pair up to MsvAvEOL lies inside, and MsvAvEOL is there.</summary>
    public bool IsWellFormed
    {
        get
        {
            int at = 0;
            while (TryReadAt(ref at, out var id, out _))
            {
                if (id == AvId.Eol)
                    return true;
            }
            return false;
        }
    }

    /// <summary>The first pair of that id before MsvAvEOL.</summary>
    public bool TryGet(AvId wanted, out ReadOnlyMemory<byte> value)
    {
        int at = 0;
        while (TryReadAt(ref at, out var id, out value) && id != AvId.Eol)
        {
            if (id == wanted)
                return true;
        }
        value = default;
        return false;
    }

    /// <summary>The text of a name pair, or null.</summary>
    public string? GetName(AvId id) => TryGet(id, out var value) ? Encoding.Unicode.GetString(value.Span) : null;

    /// <summary>MsvAvFlags, or 0.</summary>
    public uint Flags =>
        TryGet(AvId.Flags, out var value) && value.Length == sizeof(uint)
            ? BinaryPrimitives.ReadUInt32LittleEndian(value.Span)
            : 0;

    /// <summary>Every pair before MsvAvEOL, in order.</summary>
    public List<(AvId Id, ReadOnlyMemory<byte> Value)> ToList()
    {
        var pairs = new List<(AvId, ReadOnlyMemory<byte>)>();
        int at = 0;
        while (TryReadAt(ref at, out var id, out var value) && id != AvId.Eol)
            pairs.Add((id, value));
        return pairs;
    }

    /// <summary>The pairs followed by MsvAvEOL.</summary>
    public static byte[] ToArray(IEnumerable<(AvId Id, ReadOnlyMemory<byte> Value)> pairs)
    {
        using var stream = new MemoryStream();
        Span<byte> header = stackalloc byte[HeaderSize];
        foreach (var (id, value) in pairs)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(header, (ushort)id);
            BinaryPrimitives.WriteUInt16LittleEndian(header[2..], checked((ushort)value.Length));
            stream.Write(header);
            stream.Write(value.Span);
        }
        header.Clear();
        stream.Write(header);
        return stream.ToArray();
    }

    private bool TryReadAt(ref int at, out AvId id, out ReadOnlyMemory<byte> value)
    {
        id = AvId.Eol;
        value = default;
        if (sequence.Length - at < HeaderSize)
            return false;
        id = (AvId)BinaryPrimitives.ReadUInt16LittleEndian(sequence.Span[at..]);
        int length = BinaryPrimitives.ReadUInt16LittleEndian(sequence.Span[(at + 2)..]);
        if (sequence.Length - at - HeaderSize < length)
            return false;
        value = sequence.Slice(at + HeaderSize, length);
        at += HeaderSize + length;
        return true;
    }
}
