namespace Symbio.Server.Opens;

/// <summary>What an open is called in lists that administrators read.</summary>
internal static class OpenPath
{
    /// <summary>The path from the share's root, as it is now, with the stream; the pipe's name.</summary>
    public static string Of(Open open)
    {
        if (open.StoreFile is not { } file)
            return open.FileName;
        return file.StreamName.Length > 0 ? $"{file.Path}:{file.StreamName}" : file.Path;
    }
}
