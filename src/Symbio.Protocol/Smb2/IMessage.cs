namespace Symbio.Protocol.Smb2;

/// <summary>
/// The part of an SMB2 message that follows the header. Small value types: variable parts are slices of the buffer
/// they were read from (or of what the sender supplied). Offsets on the wire count from the SMB2 header, so readers
/// and writers both start 64 bytes into their memory.
/// </summary>
public interface IMessage<TSelf>
    where TSelf : struct, IMessage<TSelf>
{
    /// <summary>Reads the body at the reader's position (64); false when it is malformed. Never throws.</summary>
    static abstract bool TryRead(ref WireReader reader, out TSelf message);

    /// <summary>Writes the body at the writer's position (64), with correct offsets and lengths.</summary>
    void Write(ref WireWriter writer);

    /// <summary>Bytes that <see cref="Write"/> produces, so that the right buffer can be rented.</summary>
    int Length { get; }
}

/// <summary>A message that a client sends.</summary>
public interface IRequest<TSelf> : IMessage<TSelf>
    where TSelf : struct, IRequest<TSelf>
{
    /// <summary>The command whose request this is.</summary>
    static abstract Smb2Command Command { get; }
}

/// <summary>A message that a server sends.</summary>
public interface IResponse<TSelf> : IMessage<TSelf>
    where TSelf : struct, IResponse<TSelf>;
