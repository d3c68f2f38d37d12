using Symbio.Protocol.Smb2;

namespace Symbio.Server.Commands;

/// <summary>The dispatch table: every command of [MS-SMB2] 2.2.1.2 that a client sends, and who handles it.</summary>
internal static class CommandTable
{
    private static readonly CommandEntry?[] Entries = CreateEntries();

    /// <summary>The row of a command; null for one that no client may send.</summary>
    public static CommandEntry? Find(Smb2Command command) =>
        (int)command < Entries.Length ? Entries[(int)command] : null;

    private static CommandEntry?[] CreateEntries()
    {
        var entries = new CommandEntry?[(int)Smb2Command.ServerToClientNotification + 1];
        entries[(int)Smb2Command.Negotiate] = NegotiateHandler.Entry;
        entries[(int)Smb2Command.SessionSetup] = SessionSetupHandler.Entry;
        entries[(int)Smb2Command.Logoff] = LogoffHandler.Entry;
        entries[(int)Smb2Command.TreeConnect] = TreeConnectHandler.Entry;
        entries[(int)Smb2Command.TreeDisconnect] = TreeDisconnectHandler.Entry;
        entries[(int)Smb2Command.Create] = CreateHandler.Entry;
        entries[(int)Smb2Command.Close] = CloseHandler.Entry;
        entries[(int)Smb2Command.Flush] = FlushHandler.Entry;
        entries[(int)Smb2Command.Read] = ReadHandler.Entry;
        entries[(int)Smb2Command.Write] = WriteHandler.Entry;
        entries[(int)Smb2Command.Lock] = LockHandler.Entry;
        entries[(int)Smb2Command.Ioctl] = IoctlHandler.Entry;
        entries[(int)Smb2Command.Cancel] = null; // Has no response and no credits: the connection deals with it itself.
        entries[(int)Smb2Command.Echo] = EchoHandler.Entry;
        entries[(int)Smb2Command.QueryDirectory] = QueryDirectoryHandler.Entry;
        entries[(int)Smb2Command.ChangeNotify] = ChangeNotifyHandler.Entry;
        entries[(int)Smb2Command.QueryInfo] = QueryInfoHandler.Entry;
        entries[(int)Smb2Command.SetInfo] = SetInfoHandler.Entry;
        entries[(int)Smb2Command.OplockBreak] = OplockBreakHandler.Entry;
        return entries;
    }
}
