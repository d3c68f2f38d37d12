namespace Symbio.Protocol.Smb2;

/// <summary>SMB2_CREATE_CONTEXT, [MS-SMB2] 2.2.13.2.</summary>
/// <param name="Name">4 ASCII bytes, or the 16 bytes of a GUID; see <see cref="CreateContextName"/>.</param>
/// <param name="Data">To be read by the TryRead of the type that <paramref name="Name"/> stands for.</param>
public readonly record struct CreateContext(ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte> Data)
{
    /// <summary>True when this context bears <paramref name="name"/>.</summary>
    public bool Is(ReadOnlySpan<byte> name) => Name.Span.SequenceEqual(name);
}

/// <summary>The data of one kind of create context.</summary>
public interface ICreateContext<TSelf>
    where TSelf : struct, ICreateContext<TSelf>
{
    /// <summary>The name that contexts of this kind bear.</summary>
    static abstract ReadOnlySpan<byte> Name { get; }

    /// <summary>Reads a context's data; false when it is malformed. Never throws.</summary>
    static abstract bool TryRead(ReadOnlyMemory<byte> data, out TSelf context);

    /// <summary>Writes the data.</summary>
    void Write(ref WireWriter writer);
}
