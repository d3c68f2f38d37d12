using Symbio.Protocol.Fscc;
using Symbio.Server.Connections;
using Symbio.Server.Trees;
using Symbio.Storage;

namespace Symbio.Server.CreateContexts;

/// <summary>Which opens have POSIX semantics, [POSIX-SMB2] 3.3.5.9.</summary>
internal static class PosixOpens
{
    // What Linux sends for an open that creates nothing: the "no mode" of its 16-bit type.
    private const uint NoMode = 0xFFFF;

    /// <summary>
    /// The client has asked for it in this CREATE and in NEGOTIATE, and the share offers it. Else the context is one that the
    /// server does not know.
    /// </summary>
    public static bool IsPosix(RequestContext context, RequestedContexts contexts) =>
        contexts.Posix is not null && context.Connection.Negotiated!.PosixExtensions
        && context.Tree.Share.HasPosixExtensions;

    /// <summary>Permissions of a file that the open creates; null: the client leaves them to the server.</summary>
    public static uint? ModeOf(RequestedContexts contexts) =>
        contexts.Posix is { Mode: var mode } && (mode & NoMode) != NoMode ? mode & PosixMode.Permissions : null;
}
