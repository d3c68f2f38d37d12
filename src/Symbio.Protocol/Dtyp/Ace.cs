namespace Symbio.Protocol.Dtyp;

/// <summary>An access control entry, [MS-DTYP] 2.4.4. Immutable, equal by value.</summary>
public sealed record Ace(AceType Type, AceFlags Flags, AccessMask Mask, Sid Sid)
{
    private const int HeaderLength = 4;

    /// <summary>
    /// Object ACEs ([MS-DTYP] 2.4.4.3): the Flags field and the GUIDs between mask and SID, verbatim. Else empty.
    /// </summary>
    public ReadOnlyMemory<byte> ObjectPart { get; init; }

    /// <summary>
    /// What follows the SID (callback ACEs and resource attributes), verbatim; for a type that [MS-DTYP] does not
    /// know, everything after the header, and <see cref="Sid"/> is <see cref="Sid.Null"/>.
    /// </summary>
    public ReadOnlyMemory<byte> ApplicationData { get; init; }

    public static Ace Allow(Sid sid, AccessMask mask, AceFlags flags = AceFlags.None) =>
        new(AceType.AccessAllowed, flags, mask, sid);

    public static Ace Deny(Sid sid, AccessMask mask, AceFlags flags = AceFlags.None) =>
        new(AceType.AccessDenied, flags, mask, sid);

    public static Ace Audit(Sid sid, AccessMask mask, AceFlags flags) =>
        new(AceType.SystemAudit, flags, mask, sid);

    /// <summary>The type is none that [MS-DTYP] lays out; only the raw body is known.</summary>
    public bool IsOpaque => Type == AceType.AccessAllowedCompound || Type > AceType.SystemScopedPolicyId;

    /// <summary>The type has the layout of an object ACE.</summary>
    public bool IsObject => HasObjectLayout(Type);

    public bool IsInheritOnly => (Flags & AceFlags.InheritOnly) != 0;

    public bool IsInherited => (Flags & AceFlags.Inherited) != 0;

    /// <summary>Children of some kind inherit it.</summary>
    public bool IsInheritable => (Flags & (AceFlags.ObjectInherit | AceFlags.ContainerInherit)) != 0;

    /// <summary>AceSize. Multiple of 4.</summary>
    public int Length
    {
        get
        {
            int body = IsOpaque ? 0 : 4 + ObjectPart.Length + Sid.Length;
            return (HeaderLength + body + ApplicationData.Length + 3) & ~3;
        }
    }

    public void Write(ref WireWriter writer)
    {
        int length = Length;
        int end = writer.Position + length;
        writer.WriteByte((byte)Type);
        writer.WriteByte((byte)Flags);
        writer.WriteUInt16((ushort)length);
        if (!IsOpaque)
        {
            writer.WriteUInt32((uint)Mask);
            writer.WriteBytes(ObjectPart.Span);
            Sid.Write(ref writer);
        }

        writer.WriteBytes(ApplicationData.Span);
        writer.WriteZeros(end - writer.Position);
    }

    /// <summary>Reads one ACE. Null, and the reader invalid, when malformed. Raw parts are copied.</summary>
    public static Ace? Read(ref WireReader reader)
    {
        var type = (AceType)reader.ReadByte();
        var flags = (AceFlags)reader.ReadByte();
        int size = reader.ReadUInt16();
        reader.Expect(size >= HeaderLength && (size & 3) == 0);
        var body = new WireReader(reader.ReadBytes(size - HeaderLength));
        if (!reader.IsValid)
            return null;

        var ace = ReadBody(type, flags, ref body);
        reader.Expect(body.IsValid);
        return reader.IsValid ? ace : null;
    }

    public bool Equals(Ace? other) =>
        other is not null && Type == other.Type && Flags == other.Flags && Mask == other.Mask && Sid == other.Sid &&
        ObjectPart.Span.SequenceEqual(other.ObjectPart.Span) &&
        ApplicationData.Span.SequenceEqual(other.ApplicationData.Span);

    public override int GetHashCode() => HashCode.Combine(Type, Flags, Mask, Sid);

    /// <summary>The SDDL form, [MS-DTYP] 2.5.1.</summary>
    public override string ToString() => Sddl.Format(this);

    private static Ace? ReadBody(AceType type, AceFlags flags, ref WireReader body)
    {
        var opaque = new Ace(type, flags, AccessMask.None, Sid.Null);
        if (opaque.IsOpaque)
            return opaque with { ApplicationData = body.ReadRest().ToArray() };

        var mask = (AccessMask)body.ReadUInt32();
        int objectStart = body.Position;
        if (opaque.IsObject)
        {
            uint present = body.ReadUInt32(); // ACE_OBJECT_TYPE_PRESENT 1, ACE_INHERITED_OBJECT_TYPE_PRESENT 2
            body.Skip((present & 1) != 0 ? 16 : 0);
            body.Skip((present & 2) != 0 ? 16 : 0);
        }

        var objectPart = body.Memory[Math.Min(objectStart, body.Position)..body.Position];
        var sid = Sid.Read(ref body);
        return sid is null ? null : new Ace(type, flags, mask, sid)
        {
            ObjectPart = objectPart.ToArray(),
            ApplicationData = body.ReadRest().ToArray(),
        };
    }

    private static bool HasObjectLayout(AceType type) => type is
        (>= AceType.AccessAllowedObject and <= AceType.SystemAlarmObject) or
        AceType.AccessAllowedCallbackObject or AceType.AccessDeniedCallbackObject or
        AceType.SystemAuditCallbackObject or AceType.SystemAlarmCallbackObject;
}
