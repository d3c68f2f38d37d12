using System.Buffers.Binary;
using Symbio.Protocol.Dtyp;

namespace Symbio.Identity.Tests.Domain;

/// <summary>PACs as a KDC would make them, without signatures: those are not looked at here.</summary>
internal static class PacSamples
{
    public static readonly Sid Domain = Sid.Parse("S-1-5-21-1-2-3");
    public static readonly Sid Resources = Sid.Parse("S-1-5-21-7-8-9");

    /// <summary>bob of the domain TEST, in Domain Users (513) and 1200.</summary>
    public static KerbValidationInfo Bob() => new()
    {
        EffectiveName = "bob",
        UserId = 1105,
        PrimaryGroupId = 513,
        GroupIds = [Group(513), Group(1200)],
        LogonServer = "DC",
        LogonDomainName = "TEST",
        LogonDomainId = Domain,
    };

    public static GroupMembership Group(uint rid) => new() { RelativeId = rid, Attributes = 7 };

    public static byte[] With(in KerbValidationInfo info) => Pac((1, TypeSerialization.Write(info)));

    /// <summary>A PACTYPE with these buffers.</summary>
    public static byte[] Pac(params (uint Type, byte[] Data)[] buffers)
    {
        int offset = 8 + (16 * buffers.Length);
        byte[] pac = new byte[offset + buffers.Sum(buffer => (buffer.Data.Length + 7) & ~7)];
        BinaryPrimitives.WriteInt32LittleEndian(pac, buffers.Length);
        for (int i = 0; i < buffers.Length; i++)
        {
            Span<byte> header = pac.AsSpan(8 + (16 * i));
            BinaryPrimitives.WriteUInt32LittleEndian(header, buffers[i].Type);
            BinaryPrimitives.WriteInt32LittleEndian(header[4..], buffers[i].Data.Length);
            BinaryPrimitives.WriteInt64LittleEndian(header[8..], offset);
            buffers[i].Data.CopyTo(pac.AsSpan(offset));
            offset += (buffers[i].Data.Length + 7) & ~7;
        }

        return pac;
    }
}
