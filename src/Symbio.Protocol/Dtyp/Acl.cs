using System.Collections.Immutable;

namespace Symbio.Protocol.Dtyp;

/// <summary>An access control list, [MS-DTYP] 2.4.5. Immutable, equal by value.</summary>
public sealed class Acl : IEquatable<Acl>
{
    /// <summary>ACL_REVISION</summary>
    public const byte DefaultRevision = 2;

    /// <summary>ACL_REVISION_DS: the list may hold object ACEs.</summary>
    public const byte DsRevision = 4;

    /// <summary>AclSize is 16 bits wide.</summary>
    public const int MaxLength = 0xFFFC;

    private const int HeaderLength = 8;

    public Acl(ImmutableArray<Ace> aces, byte? revision = null)
    {
        Aces = aces.IsDefault ? [] : aces;
        Revision = revision ?? (Aces.Any(ace => ace.IsObject) ? DsRevision : DefaultRevision);
    }

    public Acl(params ReadOnlySpan<Ace> aces)
        : this(ImmutableArray.Create(aces))
    {
    }

    /// <summary>The list that grants nothing to anyone.</summary>
    public static Acl Empty { get; } = new([], DefaultRevision);

    /// <summary>AclRevision: 2, 3 or 4.</summary>
    public byte Revision { get; }

    public ImmutableArray<Ace> Aces { get; }

    /// <summary>AclSize; a list longer than <see cref="MaxLength"/> cannot be written.</summary>
    public int Length
    {
        get
        {
            int length = HeaderLength;
            foreach (var ace in Aces)
                length += ace.Length;
            return length;
        }
    }

    /// <summary>Writes the list; the writer turns invalid when it is too long for the wire.</summary>
    public void Write(ref WireWriter writer)
    {
        int length = Length;
        if (length > MaxLength)
        {
            writer.WriteZeros(-1);
            return;
        }

        writer.WriteByte(Revision);
        writer.WriteByte(0); // Sbz1
        writer.WriteUInt16((ushort)length);
        writer.WriteUInt16((ushort)Aces.Length);
        writer.WriteUInt16(0); // Sbz2
        foreach (var ace in Aces)
            ace.Write(ref writer);
    }

    /// <summary>
    /// Reads a list. Null, and the reader invalid, when malformed. Slack after the last ACE is dropped.
    /// </summary>
    public static Acl? Read(ref WireReader reader)
    {
        byte revision = reader.ReadByte();
        reader.Skip(1);
        int size = reader.ReadUInt16();
        int count = reader.ReadUInt16();
        reader.Skip(2);
        reader.Expect(revision is >= 2 and <= 4 && size >= HeaderLength);
        var body = new WireReader(reader.ReadBytes(size - HeaderLength));
        reader.Expect(count <= body.Remaining / 4); // An ACE has 4 bytes at least: nothing is allocated for a lie.
        if (!reader.IsValid)
            return null;

        var aces = ImmutableArray.CreateBuilder<Ace>(count);
        for (int i = 0; i < count; i++)
        {
            if (Ace.Read(ref body) is not { } ace)
            {
                reader.Fail();
                return null;
            }

            aces.Add(ace);
        }

        return new Acl(aces.MoveToImmutable(), revision);
    }

    public bool Equals(Acl? other) =>
        other is not null && Revision == other.Revision && Aces.AsSpan().SequenceEqual(other.Aces.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as Acl);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var ace in Aces)
            hash.Add(ace);
        return hash.ToHashCode();
    }

    /// <summary>The ACEs in SDDL, [MS-DTYP] 2.5.1.</summary>
    public override string ToString() => string.Concat(Aces.Select(Sddl.Format));
}
