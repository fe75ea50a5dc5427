"""GP Connect: documents to the GP over MESH (ITK3, STU3), and the record that the GP holds."""
