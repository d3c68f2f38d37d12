using Symbio.Protocol;
using Symbio.Protocol.Smb2;

namespace Symbio.Client;

/// <summary>The server has refused a request. The connection and everything else on it goes on.</summary>
public sealed class SmbException : IOException
{
    public SmbException(NtStatus status, Smb2Command command, string? subject = null)
        : base(subject is null ? $"{command}: {status}" : $"{command} '{subject}': {status}")
    {
        Status = status;
        Command = command;
    }

    public NtStatus Status { get; }

    /// <summary>What was asked for.</summary>
    public Smb2Command Command { get; }
}

/// <summary>
/// The connection is over: the server or the network has ended it, or the client has, because of what the server sent.
/// Everything under way on it ends with this.
/// </summary>
public sealed class SmbConnectionException : IOException
{
    public SmbConnectionException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }
}
