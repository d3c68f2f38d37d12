namespace Symbio.Storage.Posix;

/// <summary>What those have in common who keep work in line.</summary>
internal static class WorkQueue
{
    extension(Queue<IThreadPoolWorkItem> queue)
    {
        /// <summary>Takes out a piece of work that nobody will come for; false: somebody has taken it already.</summary>
        public bool TryTakeOut(IThreadPoolWorkItem work)
        {
            bool found = false;
            for (int left = queue.Count; left > 0; left--)
            {
                IThreadPoolWorkItem item = queue.Dequeue();
                if (!found && ReferenceEquals(item, work))
                    found = true;
                else
                    queue.Enqueue(item);
            }

            return found;
        }
    }
}
