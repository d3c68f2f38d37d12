namespace Symbio.Protocol.Xca;

/// <summary>What a match stands for: bytes that were there before, perhaps overlapping with what they become.</summary>
internal static class MatchCopy
{
    /// <summary>
    /// Repeats <paramref name="length"/> bytes from <paramref name="distance"/> before <paramref name="position"/>; false
    /// when they begin before the output or would end after it.
    /// </summary>
    public static bool TryCopy(Span<byte> output, int position, int distance, int length)
    {
        if (distance <= 0 || distance > position || (uint)length > (uint)(output.Length - position))
            return false;
        Span<byte> target = output.Slice(position, length);
        ReadOnlySpan<byte> source = output.Slice(position - distance, Math.Min(distance, length));
        if (distance == 1)
        {
            target.Fill(source[0]);
            return true;
        }

        // What has been written repeats with the same period, so each further piece can be twice as long.
        source.CopyTo(target);
        int have = source.Length;
        while (have < length)
        {
            int more = Math.Min(have, length - have);
            target[..more].CopyTo(target[have..]);
            have += more;
        }

        return true;
    }
}
